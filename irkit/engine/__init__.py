"""The rules of running. Knows no action, no SDK and no screen: actions come as contracts, clients as opaque values."""
