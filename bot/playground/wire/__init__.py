"""Between the workspace and the app: signatures, HTTP deliveries, sockets."""
