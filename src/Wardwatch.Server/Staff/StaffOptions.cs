using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Staff;

/// <summary>What can be set about signing in: configuration section <c>Wardwatch:Staff</c>, environment <c>Wardwatch__Staff__Name</c>.</summary>
public sealed class StaffOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Staff";

    /// <summary>How often one address may try to sign in to one account in a minute.</summary>
    [Range(1, 10_000)]
    public int SignInsPerMinute { get; set; } = 5;

    /// <summary>How long an access token is good, in minutes.</summary>
    [Range(1, 60)]
    public int AccessTokenMinutes { get; set; } = 15;

    /// <summary>How long a refresh token is good if nobody uses it, in days.</summary>
    [Range(1, 90)]
    public int RefreshTokenDays { get; set; } = 7;
}
