"""The server: what is asked over HTTP and by agents, its limits, and who is let in."""
