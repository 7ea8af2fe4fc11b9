"""The wires of channels as pure parsers: what their documentation says, as events of the domain; no sockets here."""
