import { ATLAS } from './atlas.ts';
import { didYouMean } from './names.ts';
import type { References } from './plan.ts';
import { reporter, type Unit } from './unit.ts';

/** OWASP Top 10 for LLM Applications 2025, and for Agentic Applications 2026. */
const OWASP: Readonly<Record<string, string>> = {
  LLM01: 'Prompt Injection',
  LLM02: 'Sensitive Information Disclosure',
  LLM03: 'Supply Chain',
  LLM04: 'Data and Model Poisoning',
  LLM05: 'Improper Output Handling',
  LLM06: 'Excessive Agency',
  LLM07: 'System Prompt Leakage',
  LLM08: 'Vector and Embedding Weaknesses',
  LLM09: 'Misinformation',
  LLM10: 'Unbounded Consumption',
  ASI01: 'Agent Goal Hijack',
  ASI02: 'Tool Misuse and Exploitation',
  ASI03: 'Identity and Privilege Abuse',
  ASI04: 'Agentic Supply Chain',
  ASI05: 'Unexpected Code Execution',
  ASI06: 'Memory and Context Poisoning',
  ASI07: 'Insecure Inter-Agent Communication',
  ASI08: 'Cascading Failures',
  ASI09: 'Human-Agent Trust Exploitation',
  ASI10: 'Rogue Agents',
};

/** CoSAI AI Incident Response Framework 1.0: sections by their number, its types of incident by their names in kebab case. */
const COSAI: Readonly<Record<string, string>> = {
  'data-poisoning': 'Data: Data Poisoning',
  'data-leakage': 'Data: Data Leakage',
  'data-integrity': 'Data: Data Integrity',
  'model-theft': 'Model: Model Theft/Extraction',
  'model-inversion': 'Model: Model Inversion',
  'backdoor-attacks': 'Model: Backdoor Attacks',
  'model-fooling': 'Model: Fooling',
  'prompt-injection': 'Deployment: Prompt Injection',
  'indirect-prompt-injection': 'Deployment: Indirect Prompt Injection',
  jailbreaking: 'Deployment: Jailbreaking',
  'abuse-generation': 'Deployment: Abuse Generation',
  'rogue-agentic-ai': 'Deployment: Rogue Agentic AI',
  'unauthorized-access': 'Infrastructure: Unauthorized Access',
  'api-abuse': 'Infrastructure: API/Service Abuse',
  'dependency-exploitation': 'Infrastructure: Dependency Exploitation',
  'malicious-code': 'User interaction: Malicious Code',
  'phishing-content': 'User interaction: Phishing Content',
  'output-manipulation': 'User interaction: Output Manipulation',
  'hallucination-exploitation': 'User interaction: Hallucination Exploitation',
  'cultural-bias': 'User interaction: Regional and Cultural Bias',
  '1.3.1': 'Kinds of AI incident: performance, security, ethics, misuse',
  '3.4.1': 'Provider versus consumer responsibilities',
  '4.3.1': 'Sample playbook: training data poisoning',
  '4.3.2': 'Sample playbook: multi-channel prompt injection',
  '4.3.3': 'Sample playbook: memory injection (MINJA)',
  '4.3.4': 'Sample playbook: poisoned retrieval (Poison-RAG)',
  '4.3.5': 'Sample playbook: abuse of metadata credentials by SSRF',
  '4.3.6': 'Sample playbook: poisoned agent memory (AgentPoison)',
};

type FrameworkKey = Exclude<keyof References, 'sources'>;
const FRAMEWORKS: readonly { key: FrameworkKey; name: string; title: string; ids: Readonly<Record<string, string>> }[] =
  [
    { key: 'atlas', name: 'ATLAS', title: 'MITRE ATLAS 5.6.0', ids: ATLAS },
    { key: 'owasp', name: 'OWASP', title: 'OWASP Top 10 for LLM 2025 and Agentic Applications 2026', ids: OWASP },
    { key: 'cosai', name: 'CoSAI', title: 'CoSAI AI Incident Response Framework 1.0', ids: COSAI },
  ];

/** Every id must mean something to its framework, and is named once. */
export function compileReferences(unit: Unit): References | undefined {
  const { references } = unit.value;
  if (!references) return undefined;
  const report = reporter(unit.diagnostics);
  for (const { key, title, ids } of FRAMEWORKS)
    for (const [i, id] of (references[key] ?? []).entries()) {
      const at = unit.source.place(['references', key, i]);
      if (!Object.hasOwn(ids, id))
        report(at, 'unknown-reference', `${title} has no "${id}"`, { suggestion: didYouMean(id, Object.keys(ids)) });
      else if (references[key]?.indexOf(id) !== i) report(at, 'value', `"${id}" is named twice`);
    }
  const { atlas = [], owasp = [], cosai = [], sources = [] } = references;
  return { atlas, owasp, cosai, sources };
}

export type Reference = { id: string; title: string };
export type ReferenceGroup = { name: string; framework: string; entries: Reference[] };

/** With the names that the frameworks gave them; what an older plan names and is not known here stands as it is. */
export const referenceGroups = (references: References | undefined): ReferenceGroup[] =>
  FRAMEWORKS.flatMap(({ key, name, title, ids }) => {
    const entries = (references?.[key] ?? []).map((id) => ({
      id,
      title: Object.hasOwn(ids, id) ? (ids[id] ?? '') : '',
    }));
    return entries.length > 0 ? [{ name, framework: title, entries }] : [];
  });
