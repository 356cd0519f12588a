"""What browsers and services reach by HTTP: web chat, webhooks, health."""
