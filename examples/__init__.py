"""The practice range and sample inputs."""
