"""Against a running node: TOOLSWARM_URL, TOOLSWARM_TOKEN (scope operate), TOOLSWARM_READ_TOKEN, and SERVER, the command
line of an MCP server as a JSON array. Skipped where they are not given."""

from __future__ import annotations

import json
import os
import unittest

from toolswarm import Node, ToolswarmError

URL = os.environ.get("TOOLSWARM_URL")


@unittest.skipUnless(URL, "TOOLSWARM_URL names no running node")
class LiveNode(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.node = Node(URL, os.environ["TOOLSWARM_TOKEN"])
        cls.server = json.loads(os.environ["SERVER"])
        cls.node.register("sdk", cls.server, env={"GREETING": "hi"}, secrets={"KEY": "hidden"}, tags=["test"])

    @classmethod
    def tearDownClass(cls) -> None:
        cls.node.unregister("sdk")

    def refused(self, code: str, act, *args, **named) -> ToolswarmError:
        with self.assertRaises(ToolswarmError) as caught:
            act(*args, **named)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_status(self) -> None:
        self.assertTrue(self.node.status()["providerId"].startswith("z6Mk"))

    def test_list_and_show(self) -> None:
        tools = [tool for tool in self.node.list("local") if tool["server"] == "sdk"]
        self.assertTrue(tools)
        shown = self.node.show(tools[0]["id"])
        self.assertEqual(shown["fingerprint"], tools[0]["fingerprint"])
        self.assertIn("inputSchema", shown["tool"])

    def test_search_finds_it(self) -> None:
        self.assertIn("echo", [tool["name"] for tool in self.node.search("echo")])

    def test_call(self) -> None:
        result = self.node.call("sdk_echo", {"message": "from Python: é😀"})
        self.assertIn("from Python: é😀", json.dumps(result, ensure_ascii=False))

    def test_share_and_unshare(self) -> None:
        self.refused("access.confirm_everyone", self.node.share, "sdk", audience="everyone")
        self.assertEqual(self.node.share("sdk", audience="known", tools=["echo"])["tools"], ["echo"])
        self.node.unshare("sdk")
        self.assertEqual(self.node.query("access.shares")["items"], [])

    def test_stream(self) -> None:
        stream = self.node.stream("tools.watch")
        self.assertGreater(next(stream)["catalog"], 0)
        stream.close()

    def test_faults_keep_their_code(self) -> None:
        self.refused("contract.unknown_procedure", self.node.query, "no.such")
        fault = self.refused("contract.invalid_input", self.node.query, "tools.list", scope="nowhere")
        self.assertTrue(fault.advice)
        self.refused("api.unauthorized", Node(URL, "nonsense").status)
        self.refused("contract.unreachable", Node("http://127.0.0.1:1", "x", timeout=2).status)

    def test_a_token_to_read_gives_no_commands(self) -> None:
        reader = Node(URL, os.environ["TOOLSWARM_READ_TOKEN"])
        self.assertTrue(reader.list("local"))
        self.refused("api.scope", reader.unshare, "sdk")


if __name__ == "__main__":
    unittest.main()
