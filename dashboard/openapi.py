"""Prints the API's OpenAPI document, from which the front end's types are made: `python -m dashboard.openapi`."""

import json

from prometheus_client import CollectorRegistry

from dashboard.app import WebSettings, create_app


def document() -> str:
    settings = WebSettings(database="", broker="mqtt://localhost", token="", version="1")
    return json.dumps(create_app(settings, CollectorRegistry()).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201 - printing is what it is for
