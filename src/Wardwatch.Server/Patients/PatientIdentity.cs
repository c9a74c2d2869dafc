using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Who a patient is: what the database holds only sealed.</summary>
/// <param name="Name">Family name, comma, given names.</param>
/// <param name="RecordNumber">The hospital's record number as written.</param>
/// <param name="DateOfBirth">Date of birth.</param>
/// <param name="Sex">female, male, other or unknown.</param>
internal sealed record PatientIdentity(string Name, string RecordNumber, DateOnly DateOfBirth, string Sex)
{
    /// <summary>Seals the identity under the patient's key, bound to the patient: moved to another row it does not open.</summary>
    public byte[] Seal(DataKey key, int tenantId, string patientId)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(this, PatientIdentityJson.Default.PatientIdentity);
        var result = new byte[content.Length + DataKey.Overhead];
        key.Seal(Place(tenantId, patientId), content, result);
        CryptographicOperations.ZeroMemory(content);
        return result;
    }

    /// <summary>Opens what <see cref="Seal"/> wrote. Throws <see cref="CryptographicException"/> if it was changed or moved.</summary>
    public static PatientIdentity Open(DataKey key, int tenantId, string patientId, ReadOnlySpan<byte> value)
    {
        var content = new byte[value.Length];
        if (!key.TryOpen(Place(tenantId, patientId), value, content, out var length))
        {
            throw new CryptographicException($"The identity of patient {patientId} was changed or belongs to another patient.");
        }

        return JsonSerializer.Deserialize(content.AsSpan(0, length), PatientIdentityJson.Default.PatientIdentity)
            ?? throw new CryptographicException($"The identity of patient {patientId} is empty.");
    }

    /// <summary>
    /// The keyed hash by which a record number is found. Case, blanks and punctuation do not count, so that
    /// <c>20-11834</c> and <c>20 11834</c> are one record.
    /// </summary>
    public static byte[] IndexOf(DataKey tenantKey, string recordNumber) =>
        tenantKey.BlindIndex("record-number", Normalise(recordNumber));

    /// <summary>Letters and digits only, in upper case.</summary>
    public static string Normalise(string recordNumber)
    {
        var result = new StringBuilder(recordNumber.Length);
        foreach (var character in recordNumber.Where(char.IsLetterOrDigit))
        {
            result.Append(char.ToUpperInvariant(character));
        }

        return result.ToString();
    }

    private static byte[] Place(int tenantId, string patientId) =>
        Encoding.UTF8.GetBytes($"wardwatch/patients.identity/1/{tenantId}/{patientId}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PatientIdentity))]
internal sealed partial class PatientIdentityJson : JsonSerializerContext;
