"""Running the product: the command line, the supervisor, the embedded Redis, the doctor."""
