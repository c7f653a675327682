"""The digest as people read it: the message, its preview, its settings, and the words around it."""
