import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type AccountDeletionTerms = Schemas["AccountDeletionTerms"];
export type Overview = Schemas["Overview"];
export type Worker = Schemas["Worker"];
export type WorkerNotice = Schemas["WorkerNotice"];
export type WorkerSilenceNotice = Schemas["WorkerSilenceNotice"];
export type Provisioning = Schemas["Provisioning"];
export type ProvisioningStep = Schemas["ProvisioningStep"];
export type Pulse = Schemas["Pulse"];
export type Run = Schemas["Run"];
export type RunNotice = Schemas["RunNotice"];
export type Project = Schemas["Project"];
export type SlackSettings = Schemas["SlackSettings"];
export type SlackDelivery = Schemas["SlackDelivery"];
export type ProjectSeries = Schemas["ProjectSeries"];
export type Deployment = Schemas["Deployment"];
export type DeploymentDetail = Schemas["DeploymentDetail"];
export type DeploymentWait = Schemas["DeploymentWait"];
export type DeploymentNotice = Schemas["DeploymentNotice"];
export type DeploymentSort =
  | "started"
  | "project"
  | "environment"
  | "state"
  | "verdict"
  | "confidence"
  | "duration";
export type HintedDeployment = Schemas["HintedDeployment"];
export type QuotaUse = Schemas["QuotaUse"];
export type Verdict = Schemas["Verdict"];
export type Hint = Schemas["Hint"];
export type HintEvidence = Schemas["HintEvidence"];
export type Sample = Schemas["DeploymentSamples"]["samples"][number];
export type MetricFinding = Verdict["metrics"][number];
export type MetricName = MetricFinding["metric"];
export type Dora = Schemas["Dora"];
export type VerdictState = Deployment["verdictState"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditProof = Schemas["AuditProof"];
export type AuditKeys = Schemas["AuditKeys"];
export type Security = Schemas["Security"];
export type Proof = Schemas["Proof"];
export type SharedProof = Schemas["SharedProof"];
export type ProofLink = Schemas["ProofLink"];
export type CreatedProofLink = Schemas["CreatedProofLink"];
export type System = Schemas["System"];
export type DeadLetter = Schemas["DeadLetter"];
export type Schedule = Pulse["schedule"];
