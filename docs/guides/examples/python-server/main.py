"""An MCP server with nothing but Python's standard library: it counts things."""

import json
import sys
from pathlib import Path

# The home folder of a package is a folder of its own, which updates leave alone.
TALLY = Path.home() / "tally.json"

TOOLS = [
    {
        "name": "count",
        "description": "Adds to the count of a thing, and returns the new count.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "thing": {"type": "string", "description": "What is counted"},
                "by": {"type": "integer", "description": "How many to add", "default": 1},
            },
            "required": ["thing"],
        },
    }
]


def count(thing, by=1):
    tally = json.loads(TALLY.read_text()) if TALLY.exists() else {}
    tally[thing] = tally.get(thing, 0) + by
    TALLY.write_text(json.dumps(tally))
    return f"{thing}: {tally[thing]}"


def initialize(params):
    return {
        "protocolVersion": params.get("protocolVersion", "2025-11-25"),
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "tally", "version": "1.0.0"},
    }


def call_tool(params):
    try:
        text, failed = count(**params.get("arguments", {})), False
    except Exception as error:
        text, failed = str(error), True
    return {"content": [{"type": "text", "text": text}], "isError": failed}


METHODS = {
    "initialize": initialize,
    "ping": lambda params: {},
    "tools/list": lambda params: {"tools": TOOLS},
    "tools/call": call_tool,
}


def main():
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue  # a notification wants no answer
        method = METHODS.get(message.get("method"))
        answer = (
            {"result": method(message.get("params", {}))}
            if method
            else {"error": {"code": -32601, "message": "There is no such method."}}
        )
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}), flush=True)


main()
