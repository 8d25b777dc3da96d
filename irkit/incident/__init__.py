"""What happened: append-only events, the pure fold over them, and the journal that keeps them."""
