"""The command line: thin. Parse, wire, show, exit code. stdout is data, stderr is talk."""
