using System.Text.Json.Serialization;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>The claims of an access token (RFC 7519): who, in which session, until when.</summary>
internal sealed record AccessToken
{
    /// <summary>The only issuer.</summary>
    public const string OurIssuer = "wardwatch";

    /// <summary>The only audience.</summary>
    public const string OurAudience = "wardwatch-api";

    [JsonPropertyName("iss")]
    public required string Issuer { get; init; }

    [JsonPropertyName("aud")]
    public required string Audience { get; init; }

    [JsonPropertyName("sub")]
    public required Guid Account { get; init; }

    [JsonPropertyName("sid")]
    public required Guid Session { get; init; }

    [JsonPropertyName("tenant")]
    public required int TenantId { get; init; }

    /// <summary>Not before, in seconds since the Unix epoch.</summary>
    [JsonPropertyName("nbf")]
    public required long NotBefore { get; init; }

    /// <summary>Expiry, in seconds since the Unix epoch; from that second on the token is not good.</summary>
    [JsonPropertyName("exp")]
    public required long Expires { get; init; }
}

[JsonSerializable(typeof(AccessToken))]
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
internal sealed partial class AccessTokenJson : JsonSerializerContext;
