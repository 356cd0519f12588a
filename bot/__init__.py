"""The core: messages in, turns, the outbox, and the channels around them."""
