"""A scripted session with a real client, and the proof of what it left behind."""
