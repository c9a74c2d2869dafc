using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.People;

/// <summary>A person with an account.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="User">The name to sign in with.</param>
/// <param name="Name">The name that colleagues see.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Wards">Where they work.</param>
/// <param name="Patients">To whom a specialist is called.</param>
/// <param name="Patient">Whose record a patient's account shows.</param>
/// <param name="Disabled">Whether the account may not be used for now.</param>
/// <param name="SecondFactor">Whether an authenticator is set up.</param>
/// <param name="Passkeys">How many passkeys there are.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="LastSignInAt">When they last signed in.</param>
/// <param name="Version">To be sent with a change.</param>
internal sealed record PersonResponse(
    string Id, string User, string Name, string Role, IReadOnlyList<string> Wards, IReadOnlyList<string> Patients, string? Patient, bool Disabled, bool SecondFactor, int Passkeys,
    DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt, int Version)
{
    /// <summary>The drawn password, shown this once.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Password { get; init; }
}

/// <summary>A page of people.</summary>
internal sealed record PersonPage(IReadOnlyList<PersonResponse> Items, string? Next);

/// <summary>A person to be added.</summary>
internal sealed record AddPersonRequest(string? User, string? Name, string? Role, IReadOnlyList<string>? Wards = null, IReadOnlyList<string>? Patients = null, string? Patient = null);

/// <summary>What a person is to be.</summary>
internal sealed record ChangePersonRequest(
    string? Name, string? Role, int Version, IReadOnlyList<string>? Wards = null, IReadOnlyList<string>? Patients = null, string? Patient = null, bool Disabled = false);

/// <summary>A drawn password, shown this once.</summary>
internal sealed record PasswordResponse(string Password);

/// <summary>A session of a person.</summary>
internal sealed record PersonSession(string Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Address, string? Client, bool Locked);

/// <summary>The sessions of a person.</summary>
internal sealed record PersonSessionPage(IReadOnlyList<PersonSession> Items, string? Next);

/// <summary>Looking after the accounts of the hospital.</summary>
internal static partial class PersonEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MostName = 100;
    private const int MostPlaces = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/people").RequireAuthorization(Permissions.ManagePeople).WithTags("People");
        group.MapGet("/", ListAsync).WithName("listPeople").WithSummary("Accounts by name; search looks in both names.");
        group.MapPost("/", AddAsync).WithName("addPerson").WithSummary("Add an account; its password is drawn and shown this once.");
        group.MapPut("/{id:guid}", ChangeAsync).WithName("changePerson").WithSummary("Change name, role, wards, patients; disable or enable.");
        group.MapDelete("/{id:guid}", RemoveAsync).WithName("removePerson").WithSummary("Remove an account and end its sessions.");
        group.MapPost("/{id:guid}/password", ResetPasswordAsync).WithName("resetPassword").WithSummary("Draw a new password, shown this once; all sessions end.");
        group.MapPost("/{id:guid}/second-factor/reset", ResetSecondFactorAsync).WithName("resetSecondFactor").WithSummary("Take authenticator, recovery codes, passkeys and PIN away; all sessions end.");
        group.MapGet("/{id:guid}/sessions", SessionsAsync).WithName("listSessionsOfPerson").WithSummary("The sessions that are not over.");
        group.MapPost("/{id:guid}/sign-out", SignOutAsync).WithName("signPersonOut").WithSummary("End every session of a person.");
    }

    private static async Task<Results<Ok<PersonPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, PersonRegistry people, string? search = null, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        var items = await people.ListAsync(context.User.TenantId(), search, string.IsNullOrEmpty(after) ? null : after, limit + 1, cancellation);
        var next = Paging.Cut(items, limit, person => person.User);

        return TypedResults.Ok(new PersonPage(items, next));
    }

    private static async Task<Results<Created<PersonResponse>, ProblemHttpResult>> AddAsync(AddPersonRequest request, HttpContext context, PersonRegistry people, CancellationToken cancellation)
    {
        if (request.User is null || !UserPattern().IsMatch(request.User))
        {
            return Problems.InvalidParameter("user must have 2 to 64 letters, digits or any of - . _ @ +");
        }

        if (Parse(request.Name, request.Role, request.Wards, request.Patients, request.Patient, disabled: false, out var data) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var (outcome, id, password) = await people.AddAsync(context, request.User, data!, cancellation);
        return outcome == PersonOutcome.Done
            ? TypedResults.Created($"/api/people/{id}", (await people.FindAsync(context.User.TenantId(), id, cancellation))! with { Password = password })
            : Refused(outcome);
    }

    private static async Task<Results<Ok<PersonResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, ChangePersonRequest request, HttpContext context, PersonRegistry people, CancellationToken cancellation)
    {
        if (Parse(request.Name, request.Role, request.Wards, request.Patients, request.Patient, request.Disabled, out var data) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var outcome = await people.ChangeAsync(context, id, data!, request.Version, cancellation);
        return outcome == PersonOutcome.Done && await people.FindAsync(context.User.TenantId(), id, cancellation) is { } person ? TypedResults.Ok(person) : Refused(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(Guid id, HttpContext context, PersonRegistry people, CancellationToken cancellation) =>
        Answer(await people.RemoveAsync(context, id, cancellation));

    private static async Task<Results<Ok<PasswordResponse>, ProblemHttpResult>> ResetPasswordAsync(Guid id, HttpContext context, PersonRegistry people, CancellationToken cancellation)
    {
        var (outcome, password) = await people.ResetPasswordAsync(context, id, cancellation);
        return outcome == PersonOutcome.Done ? TypedResults.Ok(new PasswordResponse(password)) : Refused(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ResetSecondFactorAsync(Guid id, HttpContext context, PersonRegistry people, CancellationToken cancellation) =>
        Answer(await people.ResetSecondFactorAsync(context, id, cancellation));

    private static async Task<Results<NoContent, ProblemHttpResult>> SignOutAsync(Guid id, HttpContext context, PersonRegistry people, CancellationToken cancellation) =>
        Answer(await people.SignOutAsync(context, id, cancellation));

    private static async Task<Results<Ok<PersonSessionPage>, ProblemHttpResult>> SessionsAsync(Guid id, HttpContext context, PersonRegistry people, CancellationToken cancellation) =>
        await people.FindAsync(context.User.TenantId(), id, cancellation) is null
            ? Refused(PersonOutcome.NotFound)
            : TypedResults.Ok(new PersonSessionPage(await people.SessionsAsync(context.User.TenantId(), id, cancellation), Next: null));

    // What a request says, or what is wrong with it.
    private static string? Parse(
        string? name, string? role, IReadOnlyList<string>? wards, IReadOnlyList<string>? patients, string? patient, bool disabled, out PersonData? data)
    {
        data = null;
        if (string.IsNullOrWhiteSpace(name) || name.Length > MostName || name.Any(char.IsControl))
        {
            return $"name must be a text of at most {MostName} characters.";
        }

        if (role is null || !AccountRoles.OfAccounts.Contains(role, StringComparer.Ordinal))
        {
            return $"role must be one of: {string.Join(", ", AccountRoles.OfAccounts)}.";
        }

        if (wards is { Count: > MostPlaces } || patients is { Count: > MostPlaces } || wards?.Contains(null!) == true || patients?.Contains(null!) == true)
        {
            return $"wards and patients must be lists of at most {MostPlaces} ids.";
        }

        IReadOnlyList<string> called = role switch
        {
            AccountRoles.Patient => patient is null ? [] : [patient],
            AccountRoles.Specialist => patients ?? [],
            _ => [],
        };
        if (role == AccountRoles.Patient && called.Count == 0)
        {
            return "patient must be the id of the patient whose account it is.";
        }

        data = new(name.Trim(), role, wards ?? [], called, disabled);
        return null;
    }

    private static Results<NoContent, ProblemHttpResult> Answer(PersonOutcome outcome) => outcome == PersonOutcome.Done ? TypedResults.NoContent() : Refused(outcome);

    private static ProblemHttpResult Refused(PersonOutcome outcome) => outcome switch
    {
        PersonOutcome.NotFound => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:person-not-found", title: "There is no such person"),
        PersonOutcome.UserExists => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:user-exists", title: "Somebody already signs in with this name"),
        PersonOutcome.ChangedMeanwhile => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:changed-meanwhile", title: "Somebody else has changed it; load it again"),
        PersonOutcome.LastAdministrator => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:last-administrator", title: "There must be an administrator left"),
        PersonOutcome.UnknownPlace => Problems.InvalidParameter("wards and patients must be ids of wards and patients that there are."),
        PersonOutcome.Busy => TypedResults.Problem(statusCode: 503, type: "urn:wardwatch:unavailable", title: "Too many passwords are being checked at this moment; try again"),
        _ => throw new UnreachableException($"{outcome}"),
    };

    [GeneratedRegex("^[A-Za-z0-9._@+-]{2,64}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserPattern();
}
