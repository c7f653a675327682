"""Where the bot is installed: in one workspace by its token, or in many by OAuth."""
