"""QTI 2.1: a content package with one file a question and one test a topic."""

from collections.abc import Sequence

from lxml import etree
from lxml.builder import ElementMaker

from grader.quiz.bank.topics import Topic
from grader.quiz.exports import item_parts
from grader.quiz.exports.content_package import identifier, xml_file, zipped
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.qti_item import BODIES, NAMESPACE, assessment_item
from grader.quiz.items.item import Item

PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})

Files = dict[str, etree._Element]  # trees by the path in the package


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """The package as a zip."""
    files = package_trees(topics, job)
    packing = manifest(
        files,
        namespace=PACKAGING,
        schema=("QTIv2.1 Package", "1.0.0"),
        types=("imsqti_test_xmlv2p1", "imsqti_item_xmlv2p1"),
    )
    trees = {"imsmanifest.xml": packing, **files}
    return zipped({name: xml_file(tree) for name, tree in trees.items()})


def package_trees(topics: Sequence[Topic], job: ExportJob) -> Files:
    """Every test and every item."""
    files: Files = {}
    for topic in topics:
        kept: list[Item] = []
        for item, body in job.bodies(topic, BODIES):
            item_parts.lose_common(item, job, has_tags=False)
            files[_item_path(item)] = assessment_item(item, body)
            kept.append(item)
        if kept:
            files[f"tests/{topic.name}.xml"] = _test(topic, kept)
    return files


def manifest(
    files: Files, *, namespace: str, schema: tuple[str, str], types: tuple[str, str]
) -> etree._Element:
    """The list of the files, in which a test names the items that it needs."""
    make = ElementMaker(namespace=namespace, nsmap={None: namespace})
    resources = make.resources()
    for path, tree in files.items():
        is_test = path.startswith("tests/")
        resource = make.resource(
            make.file(href=path),
            identifier=_resource(path),
            type=types[0] if is_test else types[1],
            href=path,
        )
        if is_test:
            for ref in tree.iter(f"{{{tree.nsmap[None]}}}*"):
                if "href" in ref.attrib:
                    needed = ref.attrib["href"].removeprefix("../")
                    resource.append(make.dependency(identifierref=_resource(needed)))
        resources.append(resource)
    metadata = make.metadata(make.schema(schema[0]), make.schemaversion(schema[1]))
    return make.manifest(metadata, make.organizations(), resources, identifier="MANIFEST")


def _resource(path: str) -> str:
    folder, _, name = path.removesuffix(".xml").partition("/")
    return f"{folder.removesuffix('s')}-{name}"


def _item_path(item: Item) -> str:
    return f"items/{item.id}.xml"


def _test(topic: Topic, items: Sequence[Item]) -> etree._Element:
    refs = [
        E.assessmentItemRef(identifier=identifier(item.id), href=f"../{_item_path(item)}")
        for item in items
    ]
    section = E.assessmentSection(*refs, identifier="SECTION", title=topic.title, visible="true")
    part = E.testPart(
        section, identifier="PART", navigationMode="nonlinear", submissionMode="individual"
    )
    return E.assessmentTest(part, identifier=identifier(topic.name), title=topic.title)
