"""What the gateway does, one module a verb. Imports the domain and the ports, nothing else of ours."""
