"""JSON for programs; its OpenAPI document is /openapi.json."""
