"""The HTTP API, `/v1`: routers that read a request, ask a service and answer. What is decided is decided below."""
