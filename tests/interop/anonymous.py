"""Connects to a plain port without credentials and without a client id, subscribes to everything, publishes a retained message at QoS 1 with Paho, and
prints how the server answered: `subscribe 135, publish success`. Arguments: version (4 or 5), port.
"""
import sys
import threading

import paho.mqtt.client as mqtt

version, port = sys.argv[1:]
arguments = {"client_id": "", "protocol": int(version)}
if hasattr(mqtt, "CallbackAPIVersion"):  # from Paho 2.0 on
    arguments["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
client = mqtt.Client(**arguments)

connected, subscribed = threading.Event(), threading.Event()
granted = []


def on_connect(*_):
    connected.set()


def on_subscribe(_client, _userdata, _packet_id, reasons, *_):
    granted.extend(getattr(reason, "value", reason) for reason in reasons)
    subscribed.set()


client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.connect("localhost", int(port), keepalive=0)
client.loop_start()
connected.wait(20)
client.subscribe("#", qos=1)
subscribed.wait(20)
message = client.publish("any/topic", b"payload", qos=1, retain=True)
message.wait_for_publish(20)
print(f"subscribe {' '.join(map(str, granted))}, publish {'success' if message.is_published() else 'no answer'}")
client.disconnect()
client.loop_stop()
