"""The weekly digest: settings, schedule, content, SQL, service and views."""
