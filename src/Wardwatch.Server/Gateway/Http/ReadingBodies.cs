using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway.Http;

/// <summary>Takes the bodies of requests apart into envelopes. Nothing is believed here: what an envelope holds is for the lanes to say.</summary>
internal static class ReadingBodies
{
    /// <summary>The type of one envelope, as it would be published.</summary>
    public const string EnvelopeType = "application/vnd.wardwatch.envelope";

    /// <summary>The type of several, each behind its length (two bytes, big-endian).</summary>
    public const string EnvelopesType = "application/vnd.wardwatch.envelopes";

    /// <summary>The type of vitals in clear: one payload, or an array of them.</summary>
    public const string JsonType = "application/json";

    private const int LengthBytes = 2;
    private const int LongestPayload = 60 * 1024;
    private static readonly JsonReaderOptions Shallow = new() { MaxDepth = 8 };

    /// <summary>Adds the envelopes of a body of <see cref="EnvelopesType"/>; false if the lengths do not fit the body, or there are none or too many.</summary>
    public static bool TryAddEnvelopes(EnvelopeBatch batch, ReadOnlySpan<byte> body, ReadOnlySpan<byte> topic, int most)
    {
        while (!body.IsEmpty)
        {
            if (body.Length < LengthBytes || batch.Count == most)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(body);
            if (length == 0 || body.Length < LengthBytes + length)
            {
                return false;
            }

            batch.Add(topic, body.Slice(LengthBytes, length), tag: 0);
            body = body[(LengthBytes + length)..];
        }

        return batch.Count > 0;
    }

    /// <summary>
    /// Seals the payloads of a JSON body as the device itself would have done, so that they go the same way as its own; false if the body is not JSON of this form, or there
    /// are none or too many.
    /// </summary>
    /// <param name="batch">Takes the envelopes.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="topic">The device's topic.</param>
    /// <param name="seal">Makes an envelope of a payload.</param>
    /// <param name="most">The most payloads of a request.</param>
    public static bool TryAddJson(EnvelopeBatch batch, ReadOnlySpan<byte> body, ReadOnlySpan<byte> topic, ServerSeal seal, int most)
    {
        var reader = new Utf8JsonReader(body, Shallow);
        try
        {
            var many = reader.Read() && reader.TokenType == JsonTokenType.StartArray;
            while (!many || (reader.Read() && reader.TokenType != JsonTokenType.EndArray))
            {
                var start = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                var payload = body[start..(int)reader.BytesConsumed];
                if (!isObject || batch.Count == most || payload.Length > LongestPayload)
                {
                    return false;
                }

                batch.Add(topic, seal.Seal(topic, payload), tag: 0);
                if (!many)
                {
                    break;
                }
            }

            return batch.Count > 0 && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>
/// Makes envelopes for a gateway that is trusted with the values themselves. The nonce is a digest of who sends and what is sent: the same reading sent again is the same
/// envelope and stored once, and two different ones never share a nonce.
/// </summary>
/// <param name="sender">The account that sends.</param>
/// <param name="key">The device's newest key.</param>
internal sealed class ServerSeal(Guid sender, DeviceKey key)
{
    private static ReadOnlySpan<byte> Purpose => "wardwatch/ingest.json/1"u8;

    /// <summary>The envelope of a payload under a topic.</summary>
    public byte[] Seal(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            Span<byte> account = stackalloc byte[16];
            sender.TryWriteBytes(account, bigEndian: true, out _);
            hash.AppendData(Purpose);
            hash.AppendData(account);
            hash.AppendData(SHA256.HashData(topic));
            hash.AppendData(payload);
            hash.GetHashAndReset(digest);
        }

        var boot = BinaryPrimitives.ReadUInt64BigEndian(digest);
        var counter = (BinaryPrimitives.ReadUInt64BigEndian(digest[8..]) >> 1) | 1; // never 0, and positive wherever numbers have signs
        var envelope = new byte[payload.Length + Envelope.Overhead];
        Envelope.Seal(key.Cipher, new EnvelopeHeader(EnvelopeKind.Vitals, key.KeyId, boot, counter), topic, payload, envelope);
        return envelope;
    }
}
