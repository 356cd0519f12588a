"""The services we speak to, each behind one door. A channel is imported only when it is switched on."""
