"""The dialect `responses`: OpenAI Responses."""
