"""Drives a node through its HTTP API (``docs/protocol/api.md``), with the standard library alone.

    node = Node("http://127.0.0.1:7421", token)
    node.register("files", ["npx", "-y", "@modelcontextprotocol/server-filesystem", "/data"])
    node.share("files", audience="known")
    for tool in node.search("read a file"):
        print(tool["id"], tool["state"])
    print(node.call("files_read_text_file", {"path": "/data/notes.txt"}))

Every method raises :class:`~toolswarm.errors.ToolswarmError` with the node's own code and advice.
"""

from __future__ import annotations

import http.client
import json
from typing import Any, Dict, Iterator, List, Optional, Sequence, Union
from urllib.parse import urlsplit

from .errors import ToolswarmError

Json = Dict[str, Any]

MAX_ANSWER_BYTES = 160 << 20
"""Larger answers are refused: the node sends none."""


class Node:
    """A running node, addressed by the URL of its dashboard and a token of ``toolswarm api create``.

    Scope ``read`` lists and searches; ``operate`` also calls, registers and shares. ``timeout`` is in seconds and holds
    for each answer; a call of a tool has its own.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of a node looks like http://127.0.0.1:7421")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._token = token
        self._timeout = timeout

    # What the SDKs have in common

    def status(self) -> Json:
        """What the node is and how it is doing."""
        return self.query("node.status")

    def join(self, address: str) -> Json:
        """Connects to a peer by its multiaddr with ``/p2p/…`` and waits until both know who the other is."""
        return self.query("peers.connect", target=address)

    def peers(self) -> List[Json]:
        return self.query("peers.list")["items"]

    def list(self, scope: str = "catalog") -> List[Json]:
        """Tools: ``catalog``, ``local``, ``network`` or ``all``."""
        return self.query("tools.list", scope=scope)["items"]

    def search(self, text: str, limit: int = 50) -> List[Json]:
        """Tools that this node knows of, best first."""
        return self.query("tools.search", text=text, limit=limit)["items"]

    def show(self, tool: str) -> Json:
        """One tool with its schemas, by full id, alias or catalog name."""
        return self.query("tools.show", id=tool)

    def approve(self, tool: str, fingerprint: Optional[str] = None) -> Json:
        """Puts a tool of the network into the catalog. Give the fingerprint that you looked at: another one is refused."""
        return self.query("tools.approve", id=tool, **({"fingerprint": fingerprint} if fingerprint else {}))

    def call(self, tool: str, arguments: Optional[Json] = None, *, timeout: float = 60.0) -> Json:
        """Calls a tool and returns its MCP ``CallToolResult``, ``isError`` included; ``timeout`` in seconds."""
        body = {"id": tool, "arguments": arguments or {}, "timeoutMs": round(timeout * 1000)}
        return self._ask("tools.call", body, timeout + self._timeout)["result"]

    def register(
        self,
        name: str,
        target: Union[str, Sequence[str]],
        *,
        env: Optional[Dict[str, str]] = None,
        secrets: Optional[Dict[str, str]] = None,
        cwd: Optional[str] = None,
        tags: Sequence[str] = (),
    ) -> Json:
        """Adds an MCP server: a URL, or a command with its arguments. Secrets are kept in the node's keystore."""
        if isinstance(target, str):
            transport: Json = {"type": "http", "url": target}
        else:
            command, *args = target
            transport = {"type": "stdio", "command": command, "args": args, **({"cwd": cwd} if cwd else {})}
        values = secrets or {}
        return self.query(
            "servers.add",
            name=name,
            transport=transport,
            env=env or {},
            secrets=list(values),
            secretValues=values,
            tags=list(tags),
        )

    def unregister(self, name: str) -> None:
        """Ends and removes a server, its sharing and its secrets."""
        self.query("servers.remove", name=name)

    def share(
        self,
        name: str,
        *,
        audience: Union[str, Sequence[str]],
        tools: Optional[Sequence[str]] = None,
        confirmed: bool = False,
    ) -> Json:
        """Shares a server with ``"everyone"``, ``"known"`` or a list of provider ids.

        A server that can change things or read files is shared with everyone only when ``confirmed``: a person has read
        the warning (``access.confirm_everyone``) and said yes.
        """
        kinds: Json = {"kind": audience} if isinstance(audience, str) else {"kind": "providers", "providers": list(audience)}
        only: Json = {"tools": list(tools)} if tools is not None else {}
        return self.query("servers.share", name=name, audience=kinds, confirmed=confirmed, **only)

    def unshare(self, name: str) -> None:
        """Ends the sharing of a server; calls of peers in flight end."""
        self.query("servers.unshare", name=name)

    # Everything else of the contract

    def query(self, procedure: str, **body: Any) -> Any:
        """Makes any query or command of the contract by its name; ``GET /api/v1/openapi.json`` lists them."""
        return self._ask(procedure, body, self._timeout)

    def stream(self, procedure: str, **body: Any) -> Iterator[Any]:
        """Opens a stream of the contract and yields its items; close the iterator to hang up."""
        connection, response = self._request(procedure, body, None)
        try:
            if response.getheader("Content-Type", "").startswith("text/event-stream"):
                yield from _events(response)
            else:
                _data(response)
        finally:
            connection.close()

    def _ask(self, procedure: str, body: Json, timeout: float) -> Any:
        connection, response = self._request(procedure, body, timeout)
        try:
            return _data(response)
        except OSError as error:
            raise _unreachable(error) from error
        finally:
            connection.close()

    def _request(self, procedure: str, body: Json, timeout: Optional[float]) -> tuple:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=timeout)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/api/v1/{procedure}", json.dumps(body).encode(), headers)
            return connection, connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _unreachable(error) from error


def _data(response: http.client.HTTPResponse) -> Any:
    raw = response.read(MAX_ANSWER_BYTES + 1)
    if len(raw) > MAX_ANSWER_BYTES:
        raise ToolswarmError("contract.too_large", "The answer is too large.", "Ask for less at once.")
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise ToolswarmError(
            "contract.malformed",
            f"What answered with status {response.status} is not a node of Toolswarm.",
            "Check the address.",
        ) from error
    if not isinstance(answer, dict) or not answer.get("ok"):
        raise _fault(answer.get("error") if isinstance(answer, dict) else None)
    return answer.get("data")


def _events(response: http.client.HTTPResponse) -> Iterator[Any]:
    """Server-sent events: ``item`` ones are yielded, ``end`` ends, ``error`` is raised."""
    kind, lines = "message", []
    for raw in response:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line.startswith("event:"):
            kind = line[6:].strip()
        elif line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif line == "" and (lines or kind != "message"):
            data = json.loads("\n".join(lines)) if lines else None
            if kind == "end":
                return
            if kind == "error":
                raise _fault(data)
            yield data
            kind, lines = "message", []
    raise ToolswarmError("contract.disconnected", "The connection ended.", "Connect again.", retryable=True)


def _fault(shape: Any) -> ToolswarmError:
    told = shape if isinstance(shape, dict) else {}
    return ToolswarmError(
        str(told.get("code", "internal")),
        str(told.get("message", "The node answered with a fault that makes no sense.")),
        str(told.get("advice", "")),
        retryable=bool(told.get("retryable", False)),
        details=told.get("details"),
    )


def _unreachable(error: Exception) -> ToolswarmError:
    return ToolswarmError(
        "contract.unreachable",
        f"The node does not answer ({error}).",
        "Check that it runs and that the address is the one that it printed.",
        retryable=True,
    )
