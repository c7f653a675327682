"""The Web API: each method with its scope, its rate and its refusals."""
