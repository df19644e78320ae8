"""The chat page: `ui.app` wires it, `ui.render` makes its HTML."""

import os

# Gradio and its hub client read these: nothing is to be sent anywhere, and no statistics of
# events are to be made anew after each of them.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
