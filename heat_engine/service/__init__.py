"""What front ends can ask of the engine over RPC, one file a noun."""
