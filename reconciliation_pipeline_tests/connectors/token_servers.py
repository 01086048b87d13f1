"""A server of tokens, and a system that asks for them."""

from reconciliation_pipeline.settings.calls import Auth

SECRET = "canary s:crét/+".replace("é", "e")


ENVIRON = {"CLIENT_ID": "client:7", "CLIENT_SECRET": SECRET, "TOKEN": "canary-token"}


A_TOKEN = {"access_token": "canary-token-1", "token_type": "Bearer", "expires_in": 1800}


def an_auth(token_url: str = "https://accounts.example/token", **changes: object) -> Auth:
    basics = {"type": "oauth2", "client_env": "CLIENT_ID", "token_env": "CLIENT_SECRET", "token_url": token_url}
    return Auth.model_validate({**basics, **changes})
