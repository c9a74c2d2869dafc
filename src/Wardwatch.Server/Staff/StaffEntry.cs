using System.Collections.Frozen;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>An account as the check of an access token knows it.</summary>
internal sealed record StaffEntry(Guid Id, int TenantId, string User, string Name, string Role)
{
    /// <summary>Whether the account may not be used for now.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>The wards on which its owner works.</summary>
    public FrozenSet<string> Wards { get; init; } = [];

    /// <summary>The patients to whom a specialist is called; for a patient's account, the patient.</summary>
    public FrozenSet<int> Patients { get; init; } = [];

    /// <summary>Records opened in an emergency, and until when.</summary>
    public IReadOnlyList<(int PatientNumber, DateTimeOffset Until)> Opened { get; init; } = [];

    /// <summary>Whether its owner has an authenticator that gives codes.</summary>
    public bool HasAuthenticator { get; init; }

    /// <summary>How many passkeys its owner has.</summary>
    public int Passkeys { get; init; }

    /// <summary>Whether a PIN opens its locked sessions.</summary>
    public bool HasPin { get; init; }

    /// <summary>Whether its owner can show a second factor.</summary>
    public bool HasSecondFactor => HasAuthenticator || Passkeys > 0;

    /// <summary>Its owner as a caller.</summary>
    /// <param name="session">The sign-in session.</param>
    /// <param name="now">The time.</param>
    /// <param name="until">When the access token ends.</param>
    public Caller CallerIn(Guid session, DateTimeOffset now, DateTimeOffset until)
    {
        var opened = Opened.Count == 0 ? [] : Opened.Where(access => access.Until > now).ToList();
        return new()
        {
            AccountId = Id,
            TenantId = TenantId,
            User = User,
            Name = Name,
            Role = Role,
            SessionId = session,
            Wards = Wards,
            Patients = Patients,
            Opened = opened.Count == 0 ? [] : opened.Select(access => access.PatientNumber).ToFrozenSet(),

            // What is opened in an emergency ends with it, on an open socket as well.
            Until = opened.Count == 0 ? until : opened.Select(access => access.Until).Append(until).Min(),
        };
    }
}
