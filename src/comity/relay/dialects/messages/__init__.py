"""The dialect `messages`: Anthropic Messages."""
