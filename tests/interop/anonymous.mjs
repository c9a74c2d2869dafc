// Connects to a plain port without credentials and without a client id, subscribes to everything, publishes a retained message at QoS 1, and prints
// how the server answered: `subscribe 135, publish success`. Arguments: version (4 or 5), port.
import mqtt from 'mqtt'

const [version, port] = process.argv.slice(2)
const client = mqtt.connect({ protocol: 'mqtt', host: 'localhost', port: Number(port), protocolVersion: Number(version), clientId: '', clean: true, keepalive: 0, reconnectPeriod: 0 })

const end = (text, code) => {
  console.log(text)
  client.end(true, () => process.exit(code))
}
client.on('error', (error) => end(`error ${error.code ?? error.message}`, 2))
client.on('connect', () => {
  client.once('packetreceive', (suback) => {
    const subscribed = suback.granted?.join(' ')
    client.publish('any/topic', 'payload', { qos: 1, retain: true }, (error) => end(`subscribe ${subscribed}, publish ${error ? (error.code ?? error.message) : 'success'}`, error ? 1 : 0))
  })
  client.subscribe('#', { qos: 1 }, () => {})
})
