"""DNS: many names in flight over few sockets, and what the answers say of a site."""
