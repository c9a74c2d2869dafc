using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Patients.Import;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Who is watched: hospitals, wards, beds and patients.</summary>
public static class PatientsModule
{
    /// <summary>Adds the directory.</summary>
    public static void AddPatients(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PatientsOptions>().BindConfiguration(PatientsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(builder.Services);
        builder.Services.AddSingleton<HospitalRegistry>();
        builder.Services.AddSingleton<PatientRegistry>();
        builder.Services.AddSingleton<PatientErasure>();
        builder.Services.AddSingleton<PatientDirectory>();
        builder.Services.AddSingleton<IPatientDirectory>(services => services.GetRequiredService<PatientDirectory>());
        builder.Services.AddHostedService(services => services.GetRequiredService<PatientDirectory>());
        builder.Services.AddSingleton<PatientIndexing>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PatientIndexing>());
        builder.Services.AddSingleton<RecordAccess>();
        builder.Services.AddSingleton<PatientListing>();
        builder.Services.AddSingleton<PatientMoves>();
        builder.Services.AddSingleton<ICriticalPatients>(services => services.GetRequiredService<PatientMoves>());
        builder.Services.AddSingleton<ICanaryPatients, CanaryPatients>();
        builder.Services.AddSingleton<PatientCorrections>();
        builder.Services.AddSingleton<PatientImport>();
        builder.Services.AddSingleton<EncounterHistory>();
        builder.Services.AddSingleton<EmergencyNotices>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EmergencyNotices>());
        builder.Services.AddSingleton<EmergencyAccesses>();
        builder.Services.AddSingleton<WardRegistry>();
    }

    /// <summary>Maps <c>/api/patients</c>, emergency access and wards.</summary>
    public static void MapPatients(IEndpointRouteBuilder routes)
    {
        PatientEndpoints.Map(routes);
        MoveEndpoints.Map(routes);
        EncounterEndpoints.Map(routes);
        ImportEndpoint.Map(routes);
        ErasureEndpoint.Map(routes);
        EmergencyEndpoints.Map(routes);
        AccessEndpoints.Map(routes);
        WardEndpoints.Map(routes);
    }
}
