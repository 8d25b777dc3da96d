"""The only place where things are built: live, dry-run or drill. Imports both the engine and the actions."""
