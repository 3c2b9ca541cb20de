"""The simulated core application (ELK): pushes dossiers, sets ready, watches the dots."""
