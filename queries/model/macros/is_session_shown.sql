-- description: Whether the filters show a session. A run with filters has its own.
-- parameters: session
true
