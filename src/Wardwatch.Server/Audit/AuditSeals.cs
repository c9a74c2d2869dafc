using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>What a row says in words.</summary>
internal sealed record AuditContent(string? Purpose, string? Detail);

/// <summary>What of the trail is protected by the hospital's key: words that somebody wrote, and the end of the chain.</summary>
internal sealed class AuditSeals(IKeyring keyring)
{
    /// <summary>Seals words for a place (a table's column in a hospital); null if there are none.</summary>
    public byte[]? Seal(int tenantId, string? purpose, string? detail) =>
        purpose is null && detail is null ? null : SealText(tenantId, JsonSerializer.Serialize(new(purpose, detail), AuditContentJson.Default.AuditContent));

    /// <summary>Opens what <see cref="Seal"/> made; without words if it was changed, which verification tells.</summary>
    public AuditContent Open(int tenantId, byte[]? content) =>
        content is not null && OpenText(tenantId, content) is { } text && JsonSerializer.Deserialize(text, AuditContentJson.Default.AuditContent) is { } opened
            ? opened
            : new(Purpose: null, Detail: null);

    /// <summary>Seals one text.</summary>
    public byte[] SealText(int tenantId, string text) => keyring.Tenant(tenantId).SealText(Place(tenantId), text);

    /// <summary>Opens one text; null if it was changed.</summary>
    public string? OpenText(int tenantId, byte[] content) => keyring.Tenant(tenantId).OpenText(Place(tenantId), content);

    /// <summary>The seal of a chain's end.</summary>
    public byte[] SealHead(int tenantId, long number, ReadOnlySpan<byte> hash) =>
        keyring.Tenant(tenantId).BlindIndex("audit-head", $"{tenantId}:{number}:{Convert.ToHexStringLower(hash)}");

    /// <summary>Whether a seal is the one of this end.</summary>
    public bool IsHead(int tenantId, long number, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> seal) =>
        CryptographicOperations.FixedTimeEquals(SealHead(tenantId, number, hash), seal);

    private static string Place(int tenantId) => $"wardwatch/audit/1/{tenantId}";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditContent))]
internal sealed partial class AuditContentJson : JsonSerializerContext;
