"""What commands do at the broker: compare the topology, publish, replay and discard parked messages."""
