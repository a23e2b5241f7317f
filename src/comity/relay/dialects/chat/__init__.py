"""The dialect `chat`: OpenAI Chat Completions."""
