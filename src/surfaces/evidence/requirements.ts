import type { ElementName } from './elements.ts';

/**
 * What auditors ask of an exercise, element by element. In our words: the texts of standards are their owners'. `not`: what a drill in
 * Tocsin cannot show, whatever happened in it. Not legal advice.
 */
export type Requirement = {
  id: string;
  framework: string;
  reference: string;
  asks: string;
  elements: readonly ElementName[];
  not: string[];
};

export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: 'pci-12.10.1',
    framework: 'PCI DSS v4.0.1',
    reference: '12.10.1',
    asks: 'An incident response plan exists and is ready, with each of these elements',
    elements: ['roles', 'brands', 'containment', 'continuity', 'backup', 'legal', 'systems', 'brand-procedures'],
    not: ['That the written plan holds each element: a drill shows what was done, not what the document says.'],
  },
  {
    id: 'pci-12.10.2',
    framework: 'PCI DSS v4.0.1',
    reference: '12.10.2',
    asks: 'At least once in twelve months the plan is reviewed, updated as needed, and tested with every element of 12.10.1',
    elements: [
      'yearly',
      'revised',
      'roles',
      'brands',
      'containment',
      'continuity',
      'backup',
      'legal',
      'systems',
      'brand-procedures',
    ],
    not: ['That systems with cardholder data were part of it, unless you say so of the systems above.'],
  },
  {
    id: 'nydfs-500.16(d)',
    framework: '23 NYCRR Part 500',
    reference: '500.16(d)',
    asks: 'At least yearly the response and continuity plans are tested with all staff and management critical to them, and revised as needed; and restoring critical data and systems from backups is tested',
    elements: ['yearly', 'everybody', 'containment', 'continuity', 'revised', 'backup'],
    not: ['Restoring from backups: test that apart.'],
  },
  {
    id: 'hipaa-164.308(a)(7)(ii)(D)',
    framework: 'HIPAA Security Rule',
    reference: '45 CFR 164.308(a)(7)(ii)(D)',
    asks: 'Contingency plans are tested from time to time, and revised',
    elements: ['yearly', 'continuity', 'backup', 'revised'],
    not: ['That every contingency plan was tested: this is one scenario.'],
  },
  {
    id: 'dora-11(6)',
    framework: 'DORA, Regulation (EU) 2022/2554',
    reference: 'Article 11(6)',
    asks: 'Response, recovery and crisis communication plans are tested at least yearly, and what is found is mended',
    elements: ['yearly', 'scenario', 'responded', 'continuity', 'communication', 'improvements', 'closure'],
    not: ['Switching over to redundant capacity and to backups, as the article asks of some entities.'],
  },
  {
    id: 'dora-24-25',
    framework: 'DORA, Regulation (EU) 2022/2554',
    reference: 'Articles 24 and 25',
    asks: 'A testing programme with scenario-based tests by independent parties, whose findings are ranked, mended and followed up',
    elements: ['yearly', 'scenario', 'independent', 'systems', 'improvements', 'closure'],
    not: [
      'Threat-led penetration testing (Article 26): a tabletop is none.',
      'Technical tests such as scans and code review.',
    ],
  },
  {
    id: 'nist-csf-id.im-02',
    framework: 'NIST CSF 2.0',
    reference: 'ID.IM-02',
    asks: 'Improvements are identified from tests and exercises, those with suppliers and third parties included',
    elements: ['scenario', 'lessons', 'improvements', 'suppliers'],
    not: [],
  },
  {
    id: 'soc2-cc7.4',
    framework: 'SOC 2, trust services criteria',
    reference: 'CC7.4',
    asks: 'Incidents are answered by a defined programme: understood, contained, remedied, communicated',
    elements: ['roles', 'assessed', 'responded', 'containment', 'communication'],
    not: ['That real incidents of the period were answered so: show their timelines.'],
  },
  {
    id: 'soc2-cc7.5',
    framework: 'SOC 2, trust services criteria',
    reference: 'CC7.5',
    asks: 'Recovery is planned, carried out, tested from time to time, and improved by what was learnt',
    elements: ['continuity', 'backup', 'yearly', 'lessons', 'improvements', 'revised'],
    not: [],
  },
  {
    id: 'iso-27001-a.5.24',
    framework: 'ISO/IEC 27001:2022',
    reference: 'A.5.24',
    asks: 'Incident management is planned and prepared: processes, roles and responsibilities are set and known',
    elements: ['roles', 'responded'],
    not: ['That they are set down and known beyond those who played.'],
  },
  {
    id: 'iso-27001-a.5.25',
    framework: 'ISO/IEC 27001:2022',
    reference: 'A.5.25',
    asks: 'Security events are assessed, and it is decided whether they are incidents',
    elements: ['assessed'],
    not: [],
  },
  {
    id: 'iso-27001-a.5.26',
    framework: 'ISO/IEC 27001:2022',
    reference: 'A.5.26',
    asks: 'Incidents are answered by the documented procedures',
    elements: ['responded', 'containment', 'communication'],
    not: [],
  },
  {
    id: 'iso-27001-a.5.27',
    framework: 'ISO/IEC 27001:2022',
    reference: 'A.5.27',
    asks: 'What incidents teach strengthens the controls',
    elements: ['lessons', 'improvements', 'closure', 'revised'],
    not: ['Learning from real incidents: this is an exercise.'],
  },
];
