"""How urgent, what is needed, and why: pure rules over what is known of a person."""
