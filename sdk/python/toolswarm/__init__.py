"""Toolswarm for Python: drives a node, and verifies what nodes sign.

    from toolswarm import Node, read_entry

Works with the standard library of Python 3.10 and later; ``cryptography`` makes verifying fast where it is installed.
Python verifies and drives; the node itself signs.
"""

from .client import Node
from .envelope import Envelope, open_envelope
from .errors import ToolswarmError
from .identity import Certificate, IdentityFault, Rotation, verify_certificate, verify_rotation
from .ids import ToolId, parse_tool_id, peer_id_of, peer_key_of, provider_id_of, provider_key_of
from .registry import Entry, fingerprint_of, read_entry, read_manifest

__version__ = "0.1.0"

__all__ = [
    "Certificate",
    "Entry",
    "Envelope",
    "IdentityFault",
    "Node",
    "Rotation",
    "ToolId",
    "ToolswarmError",
    "fingerprint_of",
    "open_envelope",
    "parse_tool_id",
    "peer_id_of",
    "peer_key_of",
    "provider_id_of",
    "provider_key_of",
    "read_entry",
    "read_manifest",
    "verify_certificate",
    "verify_rotation",
]
