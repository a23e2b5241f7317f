"""How a request travels: sans-io. Bytes and instants come in as arguments, bytes and entries go out."""
