"""The provider's own copy of every call, and how it is made to go away."""
