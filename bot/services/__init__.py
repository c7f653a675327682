"""The services: what people can do with decisions, each method one use case."""
